// The page is one file. What is none of its parts gets it too, and it says that there is nothing
// there: S3 would answer strangers with XML. /api without its slash leads to the API's docs.
function handler(event) {
  var request = event.request;
  if (request.uri === '/api') {
    return { statusCode: 307, headers: { location: { value: '/api/docs' } } };
  }
  if (!/^\/(css|js|img)\//.test(request.uri)) request.uri = '/index.html';
  return request;
}
