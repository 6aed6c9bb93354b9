// Package bench measures the runtime beside its peers: every program below servers answers the API of openapi.yaml, each
// with a library of its own, and cmd/run loads them in turn and prints what each request cost them.
//
// The package itself is empty. `make generate` in the root writes petapi, which the servers tornado and tornado-onloop serve.
package bench
