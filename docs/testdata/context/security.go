// with: shop
package guide

type authenticator struct {
	petapi.Authenticator
	tokens *auth.Tokens
}

type userKey struct{}

var (
	newKey, oldKey []byte
	secret         string
	pages          http.Handler
	jar            *cookies.Jar
	manager        *sessions.Manager
	server         *tornado.Server
	login          *auth.Login
)

type hub struct{ oauth2.Config }

func (h *hub) begin(w http.ResponseWriter, r *http.Request)
func (h *hub) end(w http.ResponseWriter, r *http.Request)
