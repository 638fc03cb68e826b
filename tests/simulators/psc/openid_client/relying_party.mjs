// A relying party on npm's openid-client, unmodified: signs in, reads UserInfo, introspects,
// refreshes and logs out. Settings come as JSON on standard input; what it saw goes out as JSON.
import * as client from 'openid-client'
import { readFileSync } from 'node:fs'

const settings = JSON.parse(readFileSync(0, 'utf8'))
const cookies = new Map()

// The person's browser: keeps cookies, follows no redirection by itself.
async function browse(url, form) {
  const answer = await fetch(url, {
    method: form ? 'POST' : 'GET',
    body: form && new URLSearchParams(form),
    headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
    redirect: 'manual',
  })
  for (const cookie of answer.headers.getSetCookie()) {
    const [name, ...value] = cookie.split(';')[0].split('=')
    cookies.set(name, value.join('='))
  }
  return { url, location: answer.headers.get('location'), text: await answer.text() }
}

function press(page, button, values) {
  const form = page.text.match(/<form.*?<\/form>/gs).find((one) => one.includes(button))
  const hidden = [...form.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g)]
  const action = new URL(form.match(/action="([^"]*)"/)[1], page.url)
  return browse(action, {
    ...Object.fromEntries(hidden.map(([, name, value]) => [name, value])),
    ...values,
  })
}

const config = await client.discovery(
  new URL(settings.discovery),
  settings.client_id,
  settings.client_secret,
)
const pkceCodeVerifier = client.randomPKCECodeVerifier()
const expectedState = client.randomState()
const expectedNonce = client.randomNonce()
const authorization = client.buildAuthorizationUrl(config, {
  redirect_uri: settings.redirect_uri,
  scope: 'openid scope_all',
  acr_values: 'eidas1',
  state: expectedState,
  nonce: expectedNonce,
  code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
  code_challenge_method: 'S256',
})
const first = await browse(authorization)
const consent = await press(first, 'identifier', {
  moyen: 'e-CPS',
  professionnel: settings.professional,
})
const callback = await press(consent, 'Continuer', {})
const tokens = await client.authorizationCodeGrant(config, new URL(callback.location), {
  pkceCodeVerifier,
  expectedState,
  expectedNonce,
})
const userinfo = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)
const introspection = await client.tokenIntrospection(config, tokens.access_token)
const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token)
const logout = await browse(
  client.buildEndSessionUrl(config, {
    id_token_hint: refreshed.id_token,
    post_logout_redirect_uri: settings.post_logout_redirect_uri,
    state: expectedState,
  }),
)
const after = await client.tokenIntrospection(config, refreshed.access_token)
console.log(
  JSON.stringify({
    acr: tokens.claims().acr,
    national_id: userinfo.SubjectNameID,
    introspected: introspection.SubjectNameID,
    refreshed: refreshed.access_token !== tokens.access_token,
    back: logout.location === `${settings.post_logout_redirect_uri}?state=${expectedState}`,
    active_after_logout: after.active,
  }),
)
