//! Signals, derived values and effects, boxed at once.
//!
//! The reactive library compiles its graph anew for every type a signal or memo holds and for every closure an effect runs. With
//! some fifty of them that was a tenth of the WebAssembly; behind a box it exists once.

use std::any::Any;
use std::marker::PhantomData;
use std::sync::Arc;

use leptos::prelude::*;

/// A value derived from signals; what follows it is only told when it is another one.
pub struct Memo<T> {
    kept: leptos::prelude::Memo<Kept>,
    holds: PhantomData<fn() -> T>,
}

/// A value of some type, and how to compare two of that type.
#[derive(Clone)]
struct Kept {
    value: Arc<dyn Any + Send + Sync>,
    same: fn(&dyn Any, &dyn Any) -> bool,
}

impl PartialEq for Kept {
    fn eq(&self, other: &Self) -> bool {
        (self.same)(&*self.value, &*other.value)
    }
}

fn same<T: PartialEq + 'static>(one: &dyn Any, other: &dyn Any) -> bool {
    one.downcast_ref::<T>() == other.downcast_ref::<T>()
}

impl<T: PartialEq + Send + Sync + 'static> Memo<T> {
    /// Derives a value.
    pub fn new(derive: impl Fn() -> T + Send + Sync + 'static) -> Self {
        let derive = move || Kept { value: Arc::new(derive()), same: same::<T> };
        Self { kept: kept(Box::new(derive)), holds: PhantomData }
    }
}

impl<T: Send + Sync + 'static> Memo<T> {
    /// Derives a value that is always taken for another one: for what is slow to compare.
    pub fn fresh(derive: impl Fn() -> T + Send + Sync + 'static) -> Self {
        let derive = move || Kept { value: Arc::new(derive()), same: |_, _| false };
        Self { kept: kept(Box::new(derive)), holds: PhantomData }
    }
}

fn kept(derive: Box<dyn Fn() -> Kept + Send + Sync>) -> leptos::prelude::Memo<Kept> {
    leptos::prelude::Memo::new(move |_| derive())
}

impl<T: 'static> Memo<T> {
    /// Reads the value and follows it.
    pub fn with<R>(self, read: impl FnOnce(&T) -> R) -> R {
        read(held(&*self.kept.get().value))
    }

    /// Reads the value as it is now.
    pub fn with_untracked<R>(self, read: impl FnOnce(&T) -> R) -> R {
        read(held(&*self.kept.get_untracked().value))
    }

    /// Reads the value as it is now, unless its page is gone.
    pub fn try_with_untracked<R>(self, read: impl FnOnce(&T) -> R) -> Option<R> {
        self.kept.try_get_untracked().map(|kept| read(held(&*kept.value)))
    }

    /// Follows the value without reading it.
    pub fn track(self) {
        self.kept.track();
    }
}

fn held<T: 'static>(value: &dyn Any) -> &T {
    match value.downcast_ref() {
        Some(value) => value,
        None => unreachable!("a signal or memo keeps only what it was made for"),
    }
}

impl<T: Clone + PartialEq + Send + Sync + 'static> From<RwSignal<T>> for Memo<T> {
    fn from(signal: RwSignal<T>) -> Self {
        Memo::new(move || signal.get())
    }
}

impl From<&'static str> for Memo<String> {
    fn from(text: &'static str) -> Self {
        Memo::new(move || text.to_owned())
    }
}

impl<T: Default + PartialEq + Send + Sync + 'static> Default for Memo<T> {
    fn default() -> Self {
        Memo::new(T::default)
    }
}

/// A value that can be set and followed.
pub struct RwSignal<T> {
    kept: leptos::prelude::RwSignal<Box<dyn Any + Send + Sync>>,
    holds: PhantomData<fn() -> T>,
}

impl<T: Send + Sync + 'static> RwSignal<T> {
    /// A signal with its first value.
    pub fn new(value: T) -> Self {
        Self { kept: leptos::prelude::RwSignal::new(Box::new(value)), holds: PhantomData }
    }

    /// Puts another value in place.
    pub fn set(self, value: T) {
        self.kept.set(Box::new(value));
    }

    /// Puts another value in place, unless its page is gone.
    pub fn try_set(self, value: T) {
        // What comes back is the value nobody wants any more.
        let _ = self.kept.try_set(Box::new(value));
    }

    /// Changes the value.
    pub fn update(self, change: impl FnOnce(&mut T)) {
        self.kept.update(|value| change(held_mut(&mut **value)));
    }

    /// Changes the value, unless its page is gone.
    pub fn try_update<R>(self, change: impl FnOnce(&mut T) -> R) -> Option<R> {
        self.kept.try_update(|value| change(held_mut(&mut **value)))
    }

    /// Reads the value and follows it.
    pub fn with<R>(self, read: impl FnOnce(&T) -> R) -> R {
        self.kept.with(|value| read(held(&**value)))
    }

    /// Reads the value as it is now.
    pub fn with_untracked<R>(self, read: impl FnOnce(&T) -> R) -> R {
        self.kept.with_untracked(|value| read(held(&**value)))
    }

    /// Reads the value as it is now, unless its page is gone.
    pub fn try_with_untracked<R>(self, read: impl FnOnce(&T) -> R) -> Option<R> {
        self.kept.try_with_untracked(|value| read(held(&**value)))
    }

    /// Follows the value without reading it.
    pub fn track(self) {
        self.kept.track();
    }
}

/// What is the same for a handle to any kept value: it can be copied, and read whole.
macro_rules! handles {
    ($($handle:ident),*) => {
        $(impl<T> Clone for $handle<T> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<T> Copy for $handle<T> {}

        impl<T: Clone + Send + Sync + 'static> $handle<T> {
            /// The value, followed.
            pub fn get(self) -> T {
                self.with(T::clone)
            }

            /// The value as it is now.
            pub fn get_untracked(self) -> T {
                self.with_untracked(T::clone)
            }

            /// The value as it is now, unless its page is gone.
            pub fn try_get_untracked(self) -> Option<T> {
                self.try_with_untracked(T::clone)
            }
        })*
    };
}

handles!(Memo, RwSignal);

fn held_mut<T: 'static>(value: &mut dyn Any) -> &mut T {
    match value.downcast_mut() {
        Some(value) => value,
        None => unreachable!("a signal keeps only what it was given"),
    }
}

/// Runs now and whenever a signal it reads has changed, until the page is left.
pub fn effect(run: impl FnMut() + 'static) {
    erased_effect(Box::new(run));
}

fn erased_effect(run: Box<dyn FnMut()>) {
    Effect::new(run);
}
