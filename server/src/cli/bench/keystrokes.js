(async () => {
  const turn = () =>
    new Promise((resolve) => {
      const channel = new MessageChannel();
      channel.port1.onmessage = resolve;
      channel.port2.postMessage(0);
    });
  const until = async (found) => {
    const deadline = performance.now() + 60000;
    while (!found()) {
      if (performance.now() > deadline) throw new Error(`timed out: ${found}`);
      await turn();
    }
  };
  const field = () => document.getElementById('template');
  const first = () => document.querySelector('[role=table][aria-rowcount="ROWS"] .rows-window .preview-row');
  await until(() => field() && first());
  const times = [];
  for (let n = 0; n < 31; n += 1) {
    const prefix = `k${n}-`;
    field().value = `${prefix}{slug(Name)}-{one_based_index:05d}`;
    const start = performance.now();
    field().dispatchEvent(new Event('input', { bubbles: true }));
    await until(() => first()?.textContent.includes(prefix));
    times.push(performance.now() - start);
  }
  return times;
})()
