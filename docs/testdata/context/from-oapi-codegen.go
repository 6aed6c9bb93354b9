// with: shop auth
package guide

var (
	old      *http.ServeMux
	listener *tornado.Listener
)
