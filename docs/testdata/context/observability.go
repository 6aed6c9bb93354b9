// document: petapi
// with: auth
package guide

var (
	api     *tornado.API
	server  *tornado.Server
	tenant  string
	n       int
	handler petapi.Handler
)
