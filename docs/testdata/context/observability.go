// document: petapi
package guide

var (
	api     *tornado.API
	server  *tornado.Server
	tenant  string
	handler petapi.Handler
)
