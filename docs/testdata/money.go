// Package money is the user's own: the type of a schema by x-go-type.
package money

type Amount struct{}
