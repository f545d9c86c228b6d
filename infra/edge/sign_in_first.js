// As page_paths.js, where people sign in: who has no session is sent to where one begins. The page
// holds nothing that is not public, so that there is a cookie is enough; who reads the recordings
// is decided by what the cookie says, by CloudFront and the API.
function handler(event) {
  var request = event.request;
  if (/^\/(css|js|img)\//.test(request.uri)) return request;
  if (request.uri !== '/' && request.uri !== '/index.html') {
    request.uri = '/404.html';
    return request;
  }
  if (request.cookies['CloudFront-Signature']) {
    request.uri = '/index.html';
    return request;
  }
  var asked = [];
  for (var name in request.querystring) {
    var found = request.querystring[name];
    (found.multiValue || [found]).forEach(function (one) { asked.push(name + '=' + one.value); });
  }
  var to = request.uri.replace(/^\/index\.html$/, '/') + (asked.length ? '?' + asked.join('&') : '');
  return {
    statusCode: 302,
    statusDescription: 'Found',
    headers: {
      location: { value: '/auth/login?to=' + encodeURIComponent(to) },
      'cache-control': { value: 'no-store' },
    },
  };
}
