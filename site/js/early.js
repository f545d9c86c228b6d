// Before anything is painted, so that nothing moves when the rest comes: no module, and small.
document.body.dataset.view = location.pathname + location.search === "/" ? "start" : "early";
