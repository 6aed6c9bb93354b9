// with: shop auth
package guide
