package auth_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	tornado "github.com/tornadogen/tornadogen/runtime"
	"github.com/tornadogen/tornadogen/runtime/auth"
)

// published is a provider that publishes keys, or fails.
type published struct {
	keys  map[string]*rsa.PublicKey
	fails bool
	takes time.Duration
	asked int
}

func (p *published) RoundTrip(r *http.Request) (*http.Response, error) {
	p.asked++
	if p.takes > 0 {
		select {
		case <-time.After(p.takes):
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	if p.fails {
		return nil, errors.New("the provider is away")
	}
	list := []any{map[string]any{"kty": "OKP", "crv": "Ed448", "kid": "unknown kind", "x": "AA"}}
	for id, key := range p.keys {
		e := base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes())
		list = append(list, map[string]any{"kty": "RSA", "kid": id, "use": "sig", "e": e, "n": base64.RawURLEncoding.EncodeToString(key.N.Bytes())})
	}
	text, err := json.Marshal(map[string]any{"keys": list})
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(text))}, err
}

// TestKeySetAsksSeldom: whoever sends tokens does not make the service ask its provider.
func TestKeySetAsksSeldom(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	synctest.Test(t, func(t *testing.T) {
		p := &published{keys: map[string]*rsa.PublicKey{"k": &key.PublicKey}, fails: true}
		tokens := auth.KeySet(oidc.ClientContext(t.Context(), &http.Client{Transport: p}), "https://issuer/keys")
		claims := jwt.MapClaims{"sub": "ann", "exp": in(24 * time.Hour)}
		verify := func(key *rsa.PrivateKey, kid string) error {
			_, err := tokens.Verify(t.Context(), sign(t, jwt.SigningMethodRS256, key, kid, claims))
			return err
		}
		away := func(err error) {
			t.Helper()
			var status *tornado.StatusError
			require.ErrorAs(t, err, &status)
			assert.Equal(t, 503, status.Status)
			require.Error(t, status.Err)
		}
		invalid := func(err error) {
			t.Helper()
			require.Error(t, err)
			require.NotErrorAs(t, err, new(*tornado.StatusError))
		}
		_, err := tokens.Verify(t.Context(), "a.b.c")
		invalid(err)
		assert.Zero(t, p.asked, "what is no token asks nobody")
		away(verify(key, "k"))
		p.fails = false
		away(verify(key, "k"))
		assert.Equal(t, 1, p.asked, "once in a while")
		time.Sleep(auth.KeyInterval)
		require.NoError(t, verify(key, "k"))
		require.NoError(t, verify(key, ""))
		assert.Equal(t, 2, p.asked)
		time.Sleep(auth.KeyInterval)
		invalid(verify(other, "k"))
		invalid(verify(other, "k"))
		assert.Equal(t, 2, p.asked, "the key is known, and the signature is not of it")
		var together sync.WaitGroup
		for range 10 {
			together.Go(func() { assert.Error(t, verify(other, "new")) })
		}
		together.Wait()
		assert.Equal(t, 3, p.asked)
		p.keys["new"] = &other.PublicKey
		invalid(verify(other, "new"))
		time.Sleep(auth.KeyInterval)
		require.NoError(t, verify(other, "new"))
		assert.Equal(t, 4, p.asked)
		time.Sleep(auth.KeyInterval)
		p.fails = true
		away(verify(other, "newest"))
		require.NoError(t, verify(key, "k"), "known keys hold while the provider is away")
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		time.Sleep(auth.KeyInterval)
		_, err = tokens.Verify(ended, sign(t, jwt.SigningMethodRS256, key, "newest", claims))
		away(err)
		require.ErrorIs(t, err, context.Canceled)
		synctest.Wait()
	})
}

// TestWithdrawnKeys: a key that its provider publishes no more is of no use after a while, and one that has taken its id is. Nobody waits.
func TestWithdrawnKeys(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	synctest.Test(t, func(t *testing.T) {
		p := &published{keys: map[string]*rsa.PublicKey{"a": &key.PublicKey, "b": &other.PublicKey}}
		tokens := auth.KeySet(oidc.ClientContext(t.Context(), &http.Client{Transport: p}), "https://issuer/keys")
		claims := jwt.MapClaims{"sub": "ann", "exp": in(24 * time.Hour)}
		verify := func(key *rsa.PrivateKey, kid string) error {
			defer synctest.Wait() // until the provider has answered
			_, err := tokens.Verify(t.Context(), sign(t, jwt.SigningMethodRS256, key, kid, claims))
			return err
		}
		require.NoError(t, verify(key, "a"))
		p.keys = map[string]*rsa.PublicKey{"b": &key.PublicKey}
		time.Sleep(auth.KeyAge - time.Second)
		require.NoError(t, verify(key, "a"))
		require.NoError(t, verify(other, "b"))
		assert.Equal(t, 1, p.asked)
		p.fails = true
		time.Sleep(time.Second)
		require.NoError(t, verify(key, "a"))
		require.NoError(t, verify(key, "a"), "known keys hold while the provider is away")
		assert.Equal(t, 2, p.asked, "once in a while")
		p.fails = false
		time.Sleep(auth.KeyInterval)
		require.NoError(t, verify(other, "b"), "nobody waits for the keys")
		assert.Equal(t, 3, p.asked)
		require.Error(t, verify(other, "b"))
		require.NoError(t, verify(key, "b"))
		assert.Equal(t, 3, p.asked)
		time.Sleep(auth.KeyInterval)
		require.Error(t, verify(key, "a"))
	})
}

// TestKeysAfterSilence: who comes when no token has come for long waits for the keys, once, and not for a provider that is away. Its answer
// counts at once.
func TestKeysAfterSilence(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	synctest.Test(t, func(t *testing.T) {
		p := &published{keys: map[string]*rsa.PublicKey{"a": &key.PublicKey}}
		tokens := auth.KeySet(oidc.ClientContext(t.Context(), &http.Client{Transport: p}), "https://issuer/keys")
		claims := jwt.MapClaims{"sub": "ann", "exp": in(240 * time.Hour)}
		verify := func(key *rsa.PrivateKey, kid string) (time.Duration, error) {
			begun := time.Now()
			_, err := tokens.Verify(t.Context(), sign(t, jwt.SigningMethodRS256, key, kid, claims))
			return time.Since(begun), err
		}
		_, err := verify(key, "a")
		require.NoError(t, err)
		p.takes = time.Second
		time.Sleep(2*auth.KeyAge - time.Second)
		took, err := verify(key, "a")
		require.NoError(t, err)
		assert.Zero(t, took, "they are not that old")
		time.Sleep(2 * time.Second)
		synctest.Wait() // until the provider has answered
		p.keys = map[string]*rsa.PublicKey{"a": &other.PublicKey}
		time.Sleep(2 * auth.KeyAge)
		var together sync.WaitGroup
		for range 10 {
			together.Go(func() {
				took, err := verify(key, "a")
				assert.Error(t, err, "it was withdrawn while nobody came")
				assert.Equal(t, time.Second, took)
			})
		}
		together.Wait()
		assert.Equal(t, 3, p.asked)
		took, err = verify(other, "a")
		require.NoError(t, err)
		assert.Zero(t, took)

		// The provider answers nothing, and then refuses.
		p.takes = time.Hour
		time.Sleep(24 * time.Hour)
		took, err = verify(other, "a")
		require.NoError(t, err, "known keys hold while the provider is away")
		assert.Equal(t, 10*time.Second, took)
		for range 20 {
			took, err = verify(other, "a")
			require.NoError(t, err)
			assert.Zero(t, took, "the next ones wait for nothing")
			time.Sleep(auth.KeyInterval)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		p.fails, p.takes = true, 0
		time.Sleep(24 * time.Hour)
		_, err = verify(other, "a")
		require.NoError(t, err)
		p.fails, p.keys, p.takes = false, map[string]*rsa.PublicKey{"a": &key.PublicKey}, time.Second
		time.Sleep(auth.KeyAge)
		_, err = verify(other, "a")
		require.Error(t, err, "the provider is asked again")

		p.takes = time.Hour
		time.Sleep(24 * time.Hour)
		hurried, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = tokens.Verify(hurried, sign(t, jwt.SigningMethodRS256, key, "a", claims))
		var status *tornado.StatusError
		require.ErrorAs(t, err, &status)
		assert.Equal(t, 503, status.Status)
		time.Sleep(time.Minute)
		synctest.Wait()
	})
}
