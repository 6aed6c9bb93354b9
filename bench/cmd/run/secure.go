package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/tornadogen/tornadogen/runtime/bench/internal/extra"
)

// writeCertificate writes a certificate for the loopback and its key into dir, where extra.Certificate finds them.
func writeCertificate(dir string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature,
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(dir, "cert.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}), 0o600),
		os.WriteFile(filepath.Join(dir, "key.pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600),
	)
}

// withTLS is what asks a server to serve TLS.
func withTLS(r *runner) string { return extra.TLSVariable + "=" + r.dir }

// secureRounds is how often each idle connection with TLS asks.
const secureRounds = 3

// measureIdleTLS measures what connections hold that have done small records over TLS.
func measureIdleTLS(ctx context.Context, r *runner, name string) (sample, error) {
	s, err := r.start(ctx, name, withTLS(r))
	if err != nil {
		return nil, err
	}
	defer s.stop()
	if err := s.warm(ctx, pingPath); err != nil {
		return nil, err
	}
	begin, err := s.status(ctx)
	if err != nil {
		return nil, err
	}
	before, err := s.resident()
	if err != nil {
		return nil, err
	}
	load, err := r.openIdle(ctx, s.address, "tls", r.idle, "-target", pingPath, "-rounds", strconv.Itoa(secureRounds))
	if err != nil {
		return nil, err
	}
	got, err := lookSecure(ctx, r, s, load)
	if closed := load.close(); err == nil {
		err = closed
	}
	if err != nil {
		return nil, err
	}
	got[residentBytes] = (got[residentBytes] - float64(before)) / float64(r.idle)
	got[liveBytes] = (got[liveBytes] - float64(begin.Live)) / float64(r.idle)
	return got, nil
}

func lookSecure(ctx context.Context, r *runner, s *server, load *idleLoad) (sample, error) {
	if err := load.received((secureRounds - 1) * r.idle); err != nil {
		return nil, err
	}
	after, err := s.settled(ctx, r.settle)
	if err != nil {
		return nil, err
	}
	live, err := s.live(ctx)
	return sample{residentBytes: float64(after), liveBytes: float64(live)}, err
}

// live gives the bytes of the heap that the collector finds alive. It is not told to run: s is asked for what leaves garbage
// until it does, and slowly, since what is allocated while it runs counts as alive.
func (s *server) live(ctx context.Context) (int64, error) {
	begin, err := s.status(ctx)
	if err != nil {
		return 0, err
	}
	for deadline := time.Now().Add(idleLimit / 3); ; {
		for range 16 {
			if _, _, err := fetch(ctx, http.MethodGet, s.base, workPath, ""); err != nil {
				return 0, err
			}
			if err := sleep(ctx, time.Millisecond); err != nil {
				return 0, err
			}
		}
		status, err := s.status(ctx)
		if err != nil {
			return 0, err
		}
		if status.Collections >= begin.Collections+2 { // the first may have been under way
			return status.Live, nil
		}
		if time.Now().After(deadline) {
			return 0, errors.New("the heap was not collected")
		}
	}
}
