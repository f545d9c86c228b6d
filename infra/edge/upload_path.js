// Forms for the bucket are sent to its root, which is not what the page's address says.
function handler(event) {
  var request = event.request;
  request.uri = '/';
  return request;
}
