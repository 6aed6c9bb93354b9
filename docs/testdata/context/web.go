// document: petapi
// with: shop auth
package guide
