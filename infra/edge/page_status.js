// The bucket has 404.html, so its answer is a 200: what is no address of the page is a 404 all the
// same. It does not matter here whether the path is as it was asked for or as page_paths.js left it.
function handler(event) {
  var response = event.response;
  var known = /^\/(index\.html)?$|^\/(css|js|img)\//.test(event.request.uri);
  if (!known && response.statusCode === 200) {
    response.statusCode = 404;
    response.statusDescription = 'Not Found';
  }
  return response;
}
