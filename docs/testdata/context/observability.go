// document: petapi
package guide

var (
	api           *tornado.API
	server        *tornado.Server
	tenant        string
	rows          int
	handler       petapi.Handler
	authenticator petapi.Authenticator
)
