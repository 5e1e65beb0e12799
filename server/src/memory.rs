//! Where the process takes its memory from.

use mimalloc::MiMalloc;

/// Keeps the pages of large grids between the steps of a task, where the system's allocator gives them back and takes
/// them anew (docs/terrain.md has the figures).
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Returns to the system what was freed and is kept to be used again. After a DEM of 100 Mcells that is 1.2 GB, which a
/// worker without work would keep from the others.
#[expect(unsafe_code, reason = "the allocator has no safe call for it")]
pub fn give_back() {
    // SAFETY: it frees unused pages of the calling thread's heap and of the process, from any thread and at any time.
    unsafe { libmimalloc_sys::mi_collect(true) }
}
