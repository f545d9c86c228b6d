// The page's CDN serves three things under one host: the site, the API under /api, the sound under
// /audio. Their origins know nothing of the prefix.
function handler(event) {
  var request = event.request;
  request.uri = request.uri.replace(/^\/(api|audio)(?=\/|$)/, '') || '/';
  return request;
}
