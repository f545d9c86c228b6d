// The page is one file. What is none of its parts gets it too, and it says that there is nothing
// there: S3 would answer strangers with XML.
function handler(event) {
  var request = event.request;
  if (!/^\/(css|js|img)\//.test(request.uri)) request.uri = '/index.html';
  return request;
}
