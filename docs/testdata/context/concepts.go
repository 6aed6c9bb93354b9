// with: shop auth
package guide

var listener *tornado.Listener
