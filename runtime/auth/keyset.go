package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/oauth2"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

// KeyInterval is the time between two requests for the keys of a KeySet, at least: callers who make up key ids do not make the service ask
// its provider more often.
const KeyInterval = 10 * time.Second

// KeyAge is the age at which the keys of a KeySet are read again, in the background, when a token comes. When they are twice as old, as after
// a night, the token waits for them, 10 seconds at most: a key that its provider has withdrawn is of no use then, and one that has taken the
// id of another one is. Known keys hold while the provider is away, and nobody waits again for KeyAge where it was.
const KeyAge = 5 * time.Minute

// The bounds of one request for keys.
const (
	keysTimeout = 10 * time.Second
	maxKeys     = 1 << 20 // bytes
)

// keyAlgorithms are those with which a published key may sign.
var keyAlgorithms = []jose.SignatureAlgorithm{
	jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512, jose.ES256, jose.ES384, jose.ES512, jose.EdDSA,
}

// keySet verifies tokens by keys that are published at a URL.
type keySet struct {
	ctx context.Context // of requests, which callers share
	url string

	mu    sync.Mutex
	keys  []jose.JSONWebKey // guarded by mu, like all below; not changed in place
	since time.Time         // when keys were read
	tried time.Time         // when an inquiry has ended, also one that has failed
	asked *inquiry          // the last one
}

// inquiry is a request for the keys.
type inquiry struct {
	at   time.Time
	done chan struct{} // closed when it has ended
	err  error         // may be read then
}

func newKeySet(ctx context.Context, url string) *keySet {
	return &keySet{ctx: context.WithoutCancel(ctx), url: url}
}

// verify checks the signature of a token and returns its claims.
func (s *keySet) verify(ctx context.Context, token string) (json.RawMessage, error) {
	jws, err := jose.ParseSignedCompact(token, keyAlgorithms)
	if err != nil {
		return nil, err
	}
	if len(jws.Signatures) != 1 {
		return nil, errors.New("the token has not one signature")
	}
	id := jws.Signatures[0].Header.KeyID
	keys, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	claims, known := open(jws, id, keys)
	if claims != nil || known {
		return claims, refused(claims)
	}
	if keys, err = s.refresh(ctx); err != nil {
		return nil, err
	}
	claims, _ = open(jws, id, keys)
	return claims, refused(claims)
}

// current returns the keys that are known, and has them read again where they are old. It waits for that where they are very old, unless the
// provider was away a moment ago. Its error, 503, is that of ctx.
func (s *keySet) current(ctx context.Context) ([]jose.JSONWebKey, error) {
	s.mu.Lock()
	keys, age := s.keys, time.Since(s.since)
	var asked *inquiry
	if keys != nil && age >= KeyAge {
		asked = s.ask()
	}
	waits := age >= 2*KeyAge && time.Since(s.tried) >= KeyAge
	s.mu.Unlock()
	if asked == nil || !waits {
		return keys, nil
	}
	if err := asked.wait(ctx); err != nil {
		return nil, err
	}
	return s.known(), nil
}

func (s *keySet) known() []jose.JSONWebKey {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keys
}

func refused(claims []byte) error {
	if claims == nil {
		return errors.New("the signature is of no published key")
	}
	return nil
}

// open returns what was signed by one of keys, nil if none fits. known says that there is a key of that id, so that others need not be
// looked for; a token without an id may be of any.
func open(jws *jose.JSONWebSignature, id string, keys []jose.JSONWebKey) (claims []byte, known bool) {
	for _, key := range keys {
		if id != "" && key.KeyID != id {
			continue
		}
		known = known || id != ""
		if claims, err := jws.Verify(&key); err == nil {
			return claims, true
		}
	}
	return nil, known
}

// ask returns the last inquiry, and begins another one if that is long ago. The caller holds mu.
func (s *keySet) ask() *inquiry {
	if s.asked == nil || s.asked.ended() && time.Since(s.asked.at) >= KeyInterval {
		s.asked = &inquiry{at: time.Now(), done: make(chan struct{})}
		go s.inquire(s.asked)
	}
	return s.asked
}

// refresh returns the keys after the last inquiry, which it begins if that is long ago. Its error, 503, is that of the inquiry.
func (s *keySet) refresh(ctx context.Context) ([]jose.JSONWebKey, error) {
	s.mu.Lock()
	asked := s.ask()
	s.mu.Unlock()
	if err := asked.wait(ctx); err != nil {
		return nil, err
	}
	if asked.err != nil {
		return nil, unchecked(asked.err)
	}
	return s.known(), nil
}

func unchecked(why error) error {
	return &tornado.StatusError{Status: http.StatusServiceUnavailable, Detail: "credentials cannot be checked now", Err: why}
}

// wait waits for the end of an inquiry. Its error, 503, is that of ctx.
func (i *inquiry) wait(ctx context.Context) error {
	select {
	case <-i.done:
	case <-ctx.Done():
	}
	if err := ctx.Err(); err != nil { // also where both are: the answer would be nobody's
		return unchecked(err)
	}
	return nil
}

func (i *inquiry) ended() bool {
	select {
	case <-i.done:
		return true
	default:
		return false
	}
}

// inquire does an inquiry. Keys that were known stay so when it fails.
func (s *keySet) inquire(i *inquiry) {
	defer close(i.done)
	keys, err := s.read()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tried = time.Now()
	if err != nil {
		i.err = fmt.Errorf("auth: the keys at %s: %w", s.url, err)
		return
	}
	s.keys, s.since = keys, s.tried
}

// read gets the keys. Those of kinds that nobody knows here are left out (RFC 7517 section 5).
func (s *keySet) read() (keys []jose.JSONWebKey, err error) {
	ctx, cancel := context.WithTimeout(s.ctx, keysTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url, http.NoBody)
	if err != nil {
		return nil, err
	}
	client, ok := s.ctx.Value(oauth2.HTTPClient).(*http.Client)
	if !ok {
		client = http.DefaultClient
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }() // which was read alone
	if res.StatusCode != http.StatusOK {
		return nil, errors.New(res.Status)
	}
	text, err := io.ReadAll(io.LimitReader(res.Body, maxKeys))
	if err != nil {
		return nil, err
	}
	var set struct{ Keys []json.RawMessage }
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, err
	}
	for _, one := range set.Keys {
		var key jose.JSONWebKey
		if json.Unmarshal(one, &key) == nil && key.Valid() && key.IsPublic() {
			keys = append(keys, key)
		}
	}
	return keys, nil
}
