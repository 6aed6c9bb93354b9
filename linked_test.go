package tornadogen_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// plain are the packages that link the least: the server, the client, and generated packages of several kinds.
var plain = map[string][]string{
	"runtime":                   nil,
	"runtime/client":            nil,
	"golden/petshop/expected":   {"runtime/client"},
	"golden/events/expected":    {"runtime/client"},
	"golden/sockets/expected":   {"runtime/client"},
	"golden/openapi32/expected": {"runtime/client"},
}

// costly are packages of Go that a plain server does not link, for they make it larger or open something to whoever asks: at their import.
var costly = []string{
	"expvar", "net/http/pprof", "runtime/pprof", "runtime/trace", "testing", "html/template", "text/template", "database/sql", "plugin", "net/rpc", "go/ast",
}

// integrations are the packages beside the runtime, and the modules of others that each brings to whoever imports it.
var integrations = map[string][]string{
	"acme":        {"golang.org/x/crypto", "golang.org/x/net", "golang.org/x/text"},
	"auth":        {"github.com/coreos/go-oidc/v3", "github.com/go-jose/go-jose/v4", "github.com/golang-jwt/jwt/v5", "golang.org/x/oauth2"},
	"compress":    {"github.com/andybalholm/brotli", "github.com/klauspost/compress"},
	"conditional": nil,
	"cookies":     {"github.com/gorilla/securecookie"},
	"cors":        nil,
	"csrf":        nil,
	"debugpage":   nil,
	"docs":        {"github.com/swaggest/swgui", "github.com/vearutop/statigz"},
	"ecmaregex":   {"github.com/dlclark/regexp2"},
	"files":       nil,
	"idempotency": nil,
	"locale":      {"golang.org/x/text"},
	"metrics": {
		"github.com/beorn7/perks", "github.com/cespare/xxhash/v2", "github.com/munnerz/goautoneg", "github.com/prometheus/client_golang",
		"github.com/prometheus/client_model", "github.com/prometheus/common", "github.com/prometheus/procfs", "google.golang.org/protobuf",
	},
	"oteltornado": {
		"github.com/cespare/xxhash/v2", "github.com/felixge/httpsnoop", "github.com/go-logr/logr", "github.com/go-logr/stdr", "go.opentelemetry.io/auto/sdk",
		"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp", "go.opentelemetry.io/otel", "go.opentelemetry.io/otel/log",
		"go.opentelemetry.io/otel/metric", "go.opentelemetry.io/otel/trace",
	},
	"profiling":   nil,
	"pubsub":      nil,
	"pubsub/nats": {"github.com/klauspost/compress", "github.com/nats-io/nats.go", "github.com/nats-io/nkeys", "github.com/nats-io/nuid", "golang.org/x/crypto"},
	"ratelimit":   nil,
	"requestid":   nil,
	"sessions":    nil,
	"wsgi":        nil,
	"client/clienttrace": {
		"github.com/cespare/xxhash/v2", "github.com/go-logr/logr", "github.com/go-logr/stdr", "go.opentelemetry.io/auto/sdk", "go.opentelemetry.io/otel",
		"go.opentelemetry.io/otel/log", "go.opentelemetry.io/otel/metric", "go.opentelemetry.io/otel/trace",
	},
	"tornadotest": nil,
}

// TestPlainServersLinkNothing: who imports no integration links none, and of other modules x/sys alone, on every system.
func TestPlainServersLinkNothing(t *testing.T) {
	for pkg, ours := range plain {
		for _, system := range []string{"linux", "darwin", "windows"} {
			for _, one := range linked(t, system, pkg) {
				name, own := strings.CutPrefix(one.ImportPath, module)
				switch {
				case one.Standard:
					assert.NotContains(t, costly, one.ImportPath, "%s links it on %s", pkg, system)
				case own:
					known := name == pkg || name == "runtime" || strings.HasPrefix(name, "runtime/internal/") || slices.Contains(ours, name)
					assert.True(t, known, "%s links %s on %s", pkg, name, system)
				default:
					assert.Equal(t, "golang.org/x/sys", one.module(), "%s links %s on %s", pkg, one.ImportPath, system)
				}
			}
		}
	}
}

// TestIntegrationsLinkTheirOwn: each brings what it stands for, and no other integration.
func TestIntegrationsLinkTheirOwn(t *testing.T) {
	out, err := exec.Command("go", "list", "./runtime/...").Output()
	require.NoError(t, err)
	for found := range strings.FieldsSeq(string(out)) {
		name := strings.TrimPrefix(found, module)
		_, isPlain := plain[name]
		_, listed := integrations[strings.TrimPrefix(name, "runtime/")]
		if name == "runtime/tornadotest/contract" || strings.Contains(name, "/internal/") { // which tests alone import; which nobody does
			continue
		}
		assert.True(t, isPlain || listed, "%s is not listed here", name)
	}
	for name, modules := range integrations {
		var brings []string
		for _, one := range linked(t, "linux", "runtime/"+name) {
			below, own := strings.CutPrefix(one.ImportPath, module+"runtime/")
			switch {
			case one.Standard, one.ImportPath == module+"runtime", strings.HasPrefix(below, "internal/"), below == name,
				strings.HasPrefix(below, name+"/internal/"):
			case own && below == "client" && (name == "client/clienttrace" || name == "tornadotest"):
			case own:
				assert.Fail(t, "an integration links another", "%s links %s", name, below)
			case one.module() != "golang.org/x/sys" && !slices.Contains(brings, one.module()):
				brings = append(brings, one.module())
			}
		}
		assert.ElementsMatch(t, modules, brings, name)
	}
}

// dependency is a package that another links.
type dependency struct {
	ImportPath string
	Standard   bool
	Module     *struct{ Path string }
}

func (d dependency) module() string {
	if d.Module == nil {
		return ""
	}
	return d.Module.Path
}

// linked lists what a package links on a system, itself too.
func linked(t *testing.T, system, pkg string) (all []dependency) {
	t.Helper()
	list := exec.Command("go", "list", "-deps", "-json=ImportPath,Standard,Module", "./"+pkg)
	list.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0")
	out, err := list.Output()
	require.NoError(t, err)
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var one dependency
		err := dec.Decode(&one)
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		all = append(all, one)
	}
}
