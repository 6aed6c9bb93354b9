// Package cookies signs and encrypts cookies, with keys that can be changed while cookies made by the old ones are still read.
package cookies

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/securecookie"

	tornado "github.com/tornadogen/tornadogen/runtime"
)

// DefaultMaxAge is how long a sealed value is read unless WithMaxAge says otherwise.
const DefaultMaxAge = 30 * 24 * time.Hour

// MinKey is the length of a key in bytes, at least. [securecookie.GenerateRandomKey] makes one, and so does `head -c 32 /dev/urandom`.
const MinKey = 32

// ErrInvalid is returned for a value that nobody of those who know a key has sealed, that is of another name, or too old.
var ErrInvalid = errors.New("cookies: the value is not valid")

// Jar seals values of cookies. It is safe for concurrent use.
type Jar struct {
	codecs []securecookie.Codec
}

// Option changes a Jar. Each says what holds without it.
type Option func(*settings)

type settings struct{ age time.Duration }

// WithMaxAge refuses values that were sealed longer ago, a second at least. The default is DefaultMaxAge.
func WithMaxAge(d time.Duration) Option { return func(s *settings) { s.age = d } }

// Signed makes a jar whose values can be read by everybody, and made by nobody without a key (HMAC-SHA256). The first key seals, and all
// of them open: to change a key, put the new one in front, and take the old one out when what it has sealed is too old anyway.
func Signed(keys [][]byte, opts ...Option) (*Jar, error) { return newJar(keys, false, opts) }

// Encrypted is Signed for values that nobody can read without a key, either (AES-256).
func Encrypted(keys [][]byte, opts ...Option) (*Jar, error) { return newJar(keys, true, opts) }

func newJar(keys [][]byte, encrypt bool, opts []Option) (*Jar, error) {
	s := settings{age: DefaultMaxAge}
	for _, opt := range opts {
		opt(&s)
	}
	if len(keys) == 0 {
		return nil, errors.New("cookies: a jar needs a key")
	}
	if s.age < time.Second {
		return nil, fmt.Errorf("cookies: values that are valid for %v cannot come back: give WithMaxAge a second at least", s.age)
	}
	j := &Jar{}
	for i, key := range keys {
		if len(key) < MinKey {
			return nil, fmt.Errorf("cookies: key %d has %d bytes; it takes %d random ones at least", i, len(key), MinKey)
		}
		purpose := "tornado cookies: sign"
		if encrypt { // what a jar that signs has made is not its
			purpose = "tornado cookies: sign what is encrypted"
		}
		sign, err := hkdf.Key(sha256.New, key, nil, purpose, 32)
		if err != nil {
			return nil, fmt.Errorf("cookies: %w", err)
		}
		var block []byte
		if encrypt {
			if block, err = hkdf.Key(sha256.New, key, nil, "tornado cookies: encrypt", 32); err != nil {
				return nil, fmt.Errorf("cookies: %w", err)
			}
		}
		j.codecs = append(j.codecs, securecookie.New(sign, block).MaxAge(int(s.age/time.Second)).SetSerializer(securecookie.NopEncoder{}))
	}
	return j, nil
}

// Seal seals a value for the cookie of that name. It fails for what no cookie can hold: 4 KiB.
func (j *Jar) Seal(name string, value []byte) (string, error) {
	text, err := j.codecs[0].Encode(name, value)
	if err != nil {
		return "", fmt.Errorf("cookies: %w", err)
	}
	return text, nil
}

// Open opens what Seal has made for the cookie of that name. The error is ErrInvalid.
func (j *Jar) Open(name, sealed string) ([]byte, error) {
	for _, codec := range j.codecs {
		var value []byte
		if codec.Decode(name, sealed, &value) == nil {
			return value, nil
		}
	}
	return nil, ErrInvalid
}

// Set seals the value of a cookie and adds it to the answer of the request that ctx belongs to, that of a running handler. No cookie is for
// scripts: HttpOnly always is. Unless c says otherwise, the cookie is for all paths and for requests of pages of the same site and links to
// it (SameSite=Lax); where the client speaks TLS, or the name begins with __Host- or __Secure-, it is for TLS alone.
func (j *Jar) Set(ctx context.Context, c http.Cookie) error {
	sealed, err := j.Seal(c.Name, []byte(c.Value))
	if err != nil {
		return err
	}
	c.Value = sealed
	return send(ctx, c)
}

// Clear makes the client forget a cookie that Set has given it: one of the same name, path and domain. What c does not say is as it is in
// Set; its value does not matter, nor when it expires.
func (j *Jar) Clear(ctx context.Context, c http.Cookie) error {
	c.Value, c.MaxAge, c.Expires = "", -1, time.Time{}
	return send(ctx, c)
}

// send adds a cookie to the answer.
func send(ctx context.Context, c http.Cookie) error {
	raw := tornado.Raw(ctx)
	c.HttpOnly = true
	c.Secure = c.Secure || raw.Scheme() == "https" || strings.HasPrefix(c.Name, "__Host-") || strings.HasPrefix(c.Name, "__Secure-")
	if c.Path == "" {
		c.Path = "/"
	}
	if c.SameSite == 0 {
		c.SameSite = http.SameSiteLaxMode
	}
	return raw.SetCookie(&c)
}

// Get opens the cookie of that name of the request that ctx belongs to, that of a running handler. The error is http.ErrNoCookie if there
// is none, and ErrInvalid if there is none that is valid.
func (j *Jar) Get(ctx context.Context, name string) (string, error) {
	err := http.ErrNoCookie
	sent := http.Request{Header: http.Header{"Cookie": tornado.Raw(ctx).Headers()["Cookie"]}}
	for _, c := range sent.CookiesNamed(name) { // what scripts have set beside it, and is none, is passed over
		value, openErr := j.Open(name, c.Value)
		if openErr == nil {
			return string(value), nil
		}
		err = openErr
	}
	return "", err
}
