// with: shop
package guide

type authenticator struct {
	petapi.Authenticator
	tokens *auth.Tokens
}

var (
	newKey, oldKey []byte
	secret         string
	pages          http.Handler
	jar            *cookies.Jar
	manager        *sessions.Manager
	server         *tornado.Server
	login          *auth.Login
)
