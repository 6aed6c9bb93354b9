// with: shop auth
package guide

var manager interface{ TLSConfig() *tls.Config }
