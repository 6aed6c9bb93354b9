package main

import (
	"context"
	"crypto/subtle"
	"errors"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

// auth knows who may change the shop: whoever has the key or the token.
type auth struct{ key, token string }

var errUnknown = errors.New("unknown key or token")

// APIKey checks the header X-API-Key.
func (a auth) APIKey(ctx context.Context, sent tornado.APIKey) (context.Context, error) {
	return ctx, same(sent.Key, a.key)
}

// Bearer checks the Authorization header.
func (a auth) Bearer(ctx context.Context, sent tornado.Bearer) (context.Context, error) {
	return ctx, same(sent.Token, a.token)
}

// same compares in constant time, so that the time taken does not tell how much of a guess was right.
func same(sent, want string) error {
	if subtle.ConstantTimeCompare([]byte(sent), []byte(want)) != 1 {
		return errUnknown
	}
	return nil
}
