package auth_test

import (
	"context"
	"fmt"
	"log"

	"github.com/golang-jwt/jwt/v5"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/auth"
)

// authenticator is what the generated package asks for: one method for each security scheme of the document.
type authenticator struct{ tokens *auth.Tokens }

func (a authenticator) Bearer(ctx context.Context, sent tornado.Bearer) (context.Context, error) {
	return a.tokens.Check(ctx, sent)
}

func Example() {
	secret := []byte("0123456789abcdef0123456789abcdef")
	tokens, err := auth.HMAC(secret, auth.WithAudience("shop")) // or auth.Discover, of an OpenID provider
	if err != nil {
		log.Fatal(err)
	}
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"sub": "mia", "aud": "shop", "exp": 4102444800}).SignedString(secret)
	if err != nil {
		log.Fatal(err)
	}

	a := authenticator{tokens}
	ctx, err := a.Bearer(context.Background(), tornado.Bearer{Token: token})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(auth.Caller(ctx).Subject)

	_, err = a.Bearer(context.Background(), tornado.Bearer{Token: token + "x"})
	fmt.Println(err != nil)
	// Output:
	// mia
	// true
}
