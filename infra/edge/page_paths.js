// The page is one file. What is none of its parts gets a copy of it, 404.html, which says that there
// is nothing there: S3 would answer strangers with XML. /api without its slash leads to the API's docs.
function handler(event) {
  var request = event.request;
  if (request.uri === '/api') {
    return { statusCode: 307, headers: { location: { value: '/api/docs' } } };
  }
  if (request.uri === '/' || request.uri === '/index.html') request.uri = '/index.html';
  else if (!/^\/(css|js|img)\//.test(request.uri)) request.uri = '/404.html';
  return request;
}
