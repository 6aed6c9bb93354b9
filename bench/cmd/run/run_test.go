package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/tornadogen/tornadogen/runtime/bench/internal/extra"
	"github.com/tornadogen/tornadogen/runtime/bench/internal/order"
	"github.com/tornadogen/tornadogen/runtime/bench/internal/pet"
	"github.com/tornadogen/tornadogen/runtime/bench/internal/system"
)

func TestParseWrk(t *testing.T) {
	result, err := parseWrk("Running 1m test\n  Latency 1ms\nRESULT 30000 1500000 812 2413 0\n")
	require.NoError(t, err)
	assert.InDelta(t, 20_000, result.rate(), 1e-6)
	assert.InDelta(t, 812, result.p50, 0)
	assert.InDelta(t, 2413, result.p99, 0)
	for name, out := range map[string]string{
		"failures":  "RESULT 30000 1500000 812 2413 3\n",
		"nothing":   "RESULT 0 1500000 0 0 0\n",
		"cut off":   "RESULT 30000 15\n",
		"no result": "unable to connect\n",
	} {
		_, err := parseWrk(out)
		assert.Error(t, err, name)
	}
}

func TestParseResident(t *testing.T) {
	bytes, err := parseResident("5566-7788 ---p 00000000 00:00 0 [rollup]\nRss:                1234 kB\nPss:  1 kB\n")
	require.NoError(t, err)
	assert.EqualValues(t, 1234<<10, bytes)
	for _, text := range []string{"Pss: 1 kB\n", "Rss: many kB\n"} {
		_, err := parseResident(text)
		assert.Error(t, err)
	}
}

func TestOwnProcessIsMeasured(t *testing.T) {
	self := &server{pid: os.Getpid()}
	before, err := self.cpu()
	require.NoError(t, err)
	sum := 0
	for range 1 << 20 {
		sum += len(strings.Repeat("x", 8))
	}
	after, err := self.cpu()
	require.NoError(t, err)
	assert.Greater(t, after, before, "%d", sum)
	resident, err := self.resident()
	require.NoError(t, err)
	assert.Greater(t, resident, int64(1<<20))
}

func TestMedian(t *testing.T) {
	_, ok := median(nil)
	assert.False(t, ok)
	value, ok := median([]float64{9, 1, 3})
	assert.True(t, ok)
	assert.InDelta(t, 3, value, 0)
	value, _ = median([]float64{9, 1, 3, 5})
	assert.InDelta(t, 4, value, 0)
}

func TestSpreadLeavesOutDisturbedRounds(t *testing.T) {
	assert.Equal(t, "10 %", spread([]float64{1000, 95, 100, 105, 2}))
	assert.Equal(t, "0 %", spread([]float64{7}))
	assert.Equal(t, missing, spread(nil))
	assert.Equal(t, missing, spread([]float64{0, 0}))
}

// A machine that gets slower changes the figures of a round together, and not their ratio.
func TestRatiosAreThoseOfRounds(t *testing.T) {
	servers := map[string][]sample{
		"tornado":  {{cpu: 8}, {cpu: 12}, {cpu: 40}},
		"fasthttp": {{cpu: 10}, {cpu: 20}, {cpu: 50}},
	}
	assert.Equal(t, []float64{0.8, 0.6, 0.8}, series(servers, "tornado", cpu, "fasthttp"))
	servers["fasthttp"] = servers["fasthttp"][:1]
	assert.Equal(t, []float64{0.8}, series(servers, "tornado", cpu, "fasthttp"))
	assert.Empty(t, series(servers, "tornado", cpu, "nethttp"))
	servers["tornado"][1] = sample{rate: 1}
	assert.Len(t, series(servers, "tornado", cpu, ""), 2, "of one round it is not known")
}

func TestReport(t *testing.T) {
	all := results{
		"get": {
			"tornado":     {{cpu: 8, rate: 90_000, p50: 400, p99: 1250}},
			"fasthttp":    {{cpu: 10, rate: 70_000}, {cpu: 8, rate: 70_000}, {cpu: 12, rate: 70_000}},
			"oapicodegen": {{cpu: 16}},
		},
		"idle": {"tornado": {{residentBytes: 501}}},
	}
	cfg := &config{set: sets[1], servers: []string{"tornado", "fasthttp", "oapicodegen", "nethttp"}, duration: time.Second}
	text := render(cfg, &machine{Machine: system.Machine{CPU: "an abacus"}}, all, []string{"-rounds", "1"})
	for _, want := range []string{
		"an abacus",
		"`go run ./cmd/run -rounds 1`",
		"| tornado     |      90000 |            8.0 |    0 % |           0.80 |    0 % |              0.50 |   0.40 |   1.25 |",
		"| fasthttp    |      70000 |           10.0 |   20 % |           1.00 |    0 % |              0.62 |      – |      – |",
		"| nethttp     |          – |",
		"| GET: CPU a request, × fasthttp    | ≤ 0.8 |     0.80 |    met |",
		"| GET: CPU a request, × oapicodegen | ≤ 0.4 |     0.50 | MISSED |",
		"| idle: resident bytes a connection | ≤ 500 B | 501.00 B | MISSED |",
	} {
		assert.Contains(t, squeeze(text), squeeze(want))
	}
	assert.NotContains(t, text, "tornado-onloop |", "it was not asked for")
	assert.NotContains(t, text, "## POST", "it was not measured")
}

func TestPlots(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "plots")
	all := results{
		"get":  {"tornado": {{cpu: 8}, {cpu: 9}}, "epoll-c": {{cpu: 6}, {cpu: 6}}, "hertz": {{cpu: 16}, {cpu: 18}}},
		"idle": {"tornado": {{residentBytes: 400}}},
	}
	require.NoError(t, drawAll(dir, &config{set: sets[0]}, all))
	for file, want := range map[string][]string{
		"get.svg":  {"GET /pets/{petId}", "tornado", "epoll-c", "hertz", "µs of CPU a request"},
		"idle.svg": {"tornado", "resident bytes a connection"},
	} {
		svg, err := os.ReadFile(filepath.Join(dir, file))
		require.NoError(t, err)
		for _, text := range want {
			assert.Contains(t, string(svg), text)
		}
	}
	assert.NoFileExists(t, filepath.Join(dir, "list.svg"), "it was not measured")
	text := render(&config{set: sets[0], plots: "plots"}, &machine{}, all, nil)
	assert.Contains(t, text, "(plots/get.svg)")
}

// squeeze makes of each run of spaces one, so that the widths of the columns do not matter.
func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

func TestTargetThatIsALeast(t *testing.T) {
	for measured, verdict := range map[float64]string{0.85: "met", 0.84: "MISSED"} {
		rows := targetRows(quickTargets, results{"sleepers": {
			"tornado":  {{rate: measured * 1000, addedP99: 0}},
			"fasthttp": {{rate: 1000}},
		}})
		require.Len(t, rows, 2)
		assert.Equal(t, verdict, rows[1][3])
	}
}

func TestTargetThatIsADifference(t *testing.T) {
	rows := targetRows(allTargets, results{"get": {"tornado": {{cpu: 8}}, "constant": {{cpu: 6.5}}}})
	require.Len(t, rows, 1)
	assert.Equal(t, []string{"GET: CPU a request above constant", "≤ 1 µs", "1.50 µs", "MISSED"}, rows[0])
}

func TestEveryWorkloadHasServersAndATitleOfItsOwn(t *testing.T) {
	for _, s := range sets {
		titles := map[string]bool{}
		for _, w := range s.workloads {
			assert.NotEmpty(t, w.servers, w.name)
			assert.False(t, titles[w.title], w.title)
			titles[w.title] = true
		}
		for _, target := range s.targets {
			assert.Contains(t, s.workloadNames(), target.workload, target.text)
		}
	}
}

func TestRequestsAreTheSizeThatTheyHave(t *testing.T) {
	assert.Equal(t, "GET /pets/1 HTTP/1.1\r\nHost: bench\r\n\r\n", string(getPet.text()))
	file, err := pipelining(getPet, 16).write(t.TempDir())
	require.NoError(t, err)
	written, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Len(t, written, 16*len(getPet.text()))
	assert.True(t, strings.HasSuffix(string(smallOrder.text()), "Content-Length: 50\r\n\r\n"+string(smallOrder.body)))
}

func TestFlags(t *testing.T) {
	cfg, err := parseFlags([]string{"-servers", "fasthttp", "-seconds", "0.5"}, io.Discard)
	require.NoError(t, err)
	assert.Equal(t, []string{"fasthttp"}, cfg.servers)
	assert.Equal(t, sets[0].workloadNames(), cfg.workloads)
	assert.Equal(t, 500*time.Millisecond, cfg.duration)
	for _, args := range [][]string{
		{"-servers", "apache"},
		{"-workloads", "put"},
		{"-set", "files"},
		{"-set", "connections", "-workloads", "get"},
		{"-workloads", "get", "-servers", "connections"},
		{"-set", "quick", "-servers", "hertz"},
		{"-audience", "0"},
		{"-seconds", "0"},
		{"-seconds", "31"},
		{"-rounds", "-1"},
		{"-warmup", "0s"},
		{"-settle", "1h"},
		{"more"},
	} {
		_, err := parseFlags(args, io.Discard)
		assert.Error(t, err, "%v", args)
	}
}

func TestDatabaseKeepsWhatItsClientTells(t *testing.T) {
	db, err := openDatabase()
	require.NoError(t, err)
	defer db.close()
	conn, err := net.Dial("tcp", db.address())
	require.NoError(t, err)
	defer conn.Close()
	var message [extra.MessageSize]byte
	for _, took := range []uint64{0, 300, 100, 200} {
		binary.BigEndian.PutUint64(message[:], took)
		_, err = conn.Write(message[:])
		require.NoError(t, err)
		_, err = io.ReadFull(conn, message[:])
		require.NoError(t, err)
		assert.Equal(t, took, binary.BigEndian.Uint64(message[:]))
	}
	var trips []time.Duration
	require.Eventually(t, func() bool {
		trips = append(trips, db.take()...)
		return len(trips) == 3
	}, 5*time.Second, time.Millisecond)
	assert.ElementsMatch(t, []time.Duration{100, 200, 300}, trips)
}

// good answers as openapi.yaml says.
func good() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /pets/{petId}", func(w http.ResponseWriter, r *http.Request) {
		if r.PathValue("petId") != "7" {
			w.WriteHeader(http.StatusUnprocessableEntity)
			return
		}
		_ = json.NewEncoder(w).Encode(pet.Sample(7))
	})
	mux.HandleFunc("GET /pets", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery != "limit=100" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		_ = json.NewEncoder(w).Encode(pet.Samples(100))
	})
	mux.HandleFunc("POST /pets", func(w http.ResponseWriter, r *http.Request) { echo(w, r, new(pet.Pet)) })
	mux.HandleFunc("POST /orders", func(w http.ResponseWriter, r *http.Request) { echo(w, r, new(order.Order)) })
	mux.HandleFunc("PUT /files", func(w http.ResponseWriter, r *http.Request) {
		size, _ := io.Copy(io.Discard, r.Body)
		_ = json.NewEncoder(w).Encode(order.Receipt{Size: size})
	})
	return mux
}

func echo[T interface{ Validate() error }](w http.ResponseWriter, r *http.Request, v T) {
	switch err := json.NewDecoder(r.Body).Decode(v); {
	case err != nil:
		w.WriteHeader(http.StatusBadRequest)
	case v.Validate() != nil:
		w.WriteHeader(http.StatusUnprocessableEntity)
	default:
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(v)
	}
}

func TestVerify(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(w http.ResponseWriter, r *http.Request) bool // true: it has answered
		want  string
	}{
		"good": {spoil: func(http.ResponseWriter, *http.Request) bool { return false }},
		"does not validate orders": {want: "status 201", spoil: func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != "/orders" {
				return false
			}
			body, _ := io.ReadAll(r.Body)
			w.WriteHeader(http.StatusCreated)
			_, err := w.Write(body)
			return err == nil
		}},
		"counts wrongly": {want: "size", spoil: func(w http.ResponseWriter, r *http.Request) bool {
			return r.Method == http.MethodPut && json.NewEncoder(w).Encode(order.Receipt{Size: 1}) == nil
		}},
		"does not validate": {want: "status 201", spoil: func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != "/pets" || r.Method != http.MethodPost {
				return false
			}
			w.WriteHeader(http.StatusCreated)
			_, err := io.Copy(w, r.Body)
			return err == nil
		}},
		"another pet": {want: "got", spoil: func(w http.ResponseWriter, r *http.Request) bool {
			return r.URL.Path == "/pets/7" && json.NewEncoder(w).Encode(pet.Sample(8)) == nil
		}},
		"any path": {want: "/toys/7", spoil: func(_ http.ResponseWriter, r *http.Request) bool {
			return strings.HasPrefix(r.URL.Path, "/toys")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			inner := good()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if !c.spoil(w, r) {
					inner.ServeHTTP(w, r)
				}
			}))
			defer server.Close()
			err := verify(context.Background(), server.URL)
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			assert.ErrorContains(t, err, c.want)
		})
	}
}

// wrk spreads what it takes for latencies of a pipeline over the requests in it, below the least that it has seen.
func TestPipelinedHasNoLatencies(t *testing.T) {
	i := slices.IndexFunc(allWorkloads, func(w workload) bool { return w.name == "pipelined" })
	require.GreaterOrEqual(t, i, 0)
	require.NotEmpty(t, allWorkloads[i].columns)
	for _, c := range allWorkloads[i].columns {
		assert.NotContains(t, []metric{p50, p99}, c.metric)
	}
}
