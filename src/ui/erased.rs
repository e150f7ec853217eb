//! A view whose type is forgotten: cheaper to compile, and much smaller in the browser than leptos' own `AnyView`.
//!
//! That one carries along, for every view, code for pages that hydrate piece by piece and for patching one view with another of the
//! same type. Here a view hydrates at once, and a new one takes the place of the old whole: a part that must keep its elements (a
//! focused button, say) follows signals inside instead of being made anew.

use leptos::attr::Attribute;
use leptos::attr::any_attribute::AnyAttribute;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::view::add_attr::AddAnyAttr;
use leptos::tachys::view::{Mountable, Position, PositionState, Render, RenderHtml};

/// The view with its type forgotten.
pub fn erased(view: impl RenderHtml + 'static) -> Erased {
    Erased(Box::new(view))
}

pub struct Erased(Box<dyn View>);

/// What is done with a view, once.
trait View: Send {
    fn build(self: Box<Self>) -> Box<dyn Mountable>;
    fn hydrate(self: Box<Self>, cursor: &Cursor, position: &PositionState) -> Box<dyn Mountable>;
    #[cfg(feature = "ssr")]
    fn to_html(self: Box<Self>, buf: &mut String, position: &mut Position, escape: bool, mark_branches: bool, attrs: Vec<AnyAttribute>);
}

impl<V: RenderHtml + 'static> View for V {
    fn build(self: Box<Self>) -> Box<dyn Mountable> {
        Box::new(Render::build(*self))
    }

    fn hydrate(self: Box<Self>, cursor: &Cursor, position: &PositionState) -> Box<dyn Mountable> {
        Box::new(RenderHtml::hydrate::<true>(*self, cursor, position))
    }

    #[cfg(feature = "ssr")]
    fn to_html(self: Box<Self>, buf: &mut String, position: &mut Position, escape: bool, mark_branches: bool, attrs: Vec<AnyAttribute>) {
        self.to_html_with_buf(buf, position, escape, mark_branches, attrs);
    }
}

/// What stands in the document.
pub struct Shown(Box<dyn Mountable>);

impl Mountable for Shown {
    fn unmount(&mut self) {
        self.0.unmount();
    }

    fn mount(&mut self, parent: &leptos::tachys::renderer::types::Element, marker: Option<&leptos::tachys::renderer::types::Node>) {
        self.0.mount(parent, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        self.0.insert_before_this(child)
    }

    fn elements(&self) -> Vec<leptos::tachys::renderer::types::Element> {
        self.0.elements()
    }
}

impl Render for Erased {
    type State = Shown;

    fn build(self) -> Shown {
        Shown(self.0.build())
    }

    fn rebuild(self, state: &mut Shown) {
        let mut new = self.0.build();
        state.0.insert_before_this(&mut *new);
        state.0.unmount();
        state.0 = new;
    }
}

impl AddAnyAttr for Erased {
    type Output<A: Attribute> = Erased;

    /// Attributes are given inside, before the type is forgotten.
    fn add_any_attr<A: Attribute>(self, _attr: A) -> Erased {
        self
    }
}

impl RenderHtml for Erased {
    type AsyncOutput = Erased;
    type Owned = Erased;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Erased {
        self
    }

    #[cfg(feature = "ssr")]
    fn to_html_with_buf(
        self,
        buf: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        self.0.to_html(buf, position, escape, mark_branches, extra_attrs);
    }

    /// The browser writes no HTML.
    #[cfg(not(feature = "ssr"))]
    fn to_html_with_buf(self, _: &mut String, _: &mut Position, _: bool, _: bool, _: Vec<AnyAttribute>) {}

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> Shown {
        Shown(self.0.hydrate(cursor, position))
    }

    fn into_owned(self) -> Erased {
        self
    }
}
