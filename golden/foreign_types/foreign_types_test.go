package foreign_types_test

import (
	"context"
	"log/slog"
	"math/big"
	"net/http"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	api "github.com/tornadogen/tornadogen/golden/foreign_types/expected"
	"github.com/tornadogen/tornadogen/golden/internal/drive"
	tornado "github.com/tornadogen/tornadogen/runtime"
)

type handler struct {
	api.UnimplementedDefaultHandler
	got api.GetNetworkRequest
	put api.PutNetworkRequest
}

func (h *handler) GetNetwork(_ context.Context, req api.GetNetworkRequest) (*api.GetNetworkOK, error) {
	h.got = req
	return &api.GetNetworkOK{XSize: *big.NewInt(5), Body: api.Host{Network: req.Network, Sizes: map[string]api.Big{"a": *big.NewInt(1)}}}, nil
}

func (h *handler) PutNetwork(_ context.Context, req api.PutNetworkRequest) (api.Network, error) {
	h.put = req
	return req.Body.Network, nil
}

func (h *handler) GetLevel(context.Context, api.GetLevelRequest) (slog.Level, error) {
	return slog.LevelWarn, nil
}

// Values of other packages go both ways, in parameters, headers, bodies, defaults and unions, and are checked.
func TestForeign(t *testing.T) {
	h := &handler{}
	c, err := api.NewClient(drive.Serve(t, api.New(h)))
	require.NoError(t, err)
	ten, lan := netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.168.0.0/16")
	answer, err := c.GetNetwork(t.Context(), api.GetNetworkRequest{Network: ten, Near: []api.Network{lan, ten}, XGate: tornado.Some(lan)})
	require.NoError(t, err)
	require.Equal(t, ten, h.got.Network)
	require.Equal(t, []api.Network{lan, ten}, h.got.Near)
	require.Equal(t, lan, h.got.XGate.Value())
	limit := h.got.Limit.Value()
	require.Equal(t, "12345678901234567890", limit.String())
	require.Equal(t, "5", answer.XSize.String())
	one := answer.Body.Sizes["a"]
	require.Equal(t, "1", one.String())

	level, err := c.GetLevel(t.Context(), api.GetLevelRequest{})
	require.NoError(t, err)
	require.Equal(t, slog.LevelWarn, level)

	network, err := c.PutNetwork(t.Context(), api.PutNetworkRequest{Network: ten, Body: api.Host{
		Network: lan, Sizes: map[string]api.Big{"b": *big.NewInt(2)}, Nullable: tornado.Nil[api.Network](),
		Either: tornado.Some(api.HostEither{Value: api.HostEitherBig(*big.NewInt(9))}), Plain: tornado.Some(3),
	}})
	require.NoError(t, err)
	require.Equal(t, lan, network)
	require.True(t, h.put.Body.Nullable.IsNull())
	size, nine := h.put.Body.Size.Value(), big.Int(h.put.Body.Either.Value().Value.(api.HostEitherBig))
	require.Equal(t, "7", size.String())
	require.Equal(t, "9", nine.String())
	require.Equal(t, 3, h.put.Body.Plain.Value())
}

// What the type refuses is a violation of the format, and what the schema refuses one of the schema.
func TestForeignRefused(t *testing.T) {
	root := drive.Serve(t, api.New(&handler{}))
	const body = `{"network":"10.0.0.0/99","sizes":{"a":0},"level":"LOUD","either":"2001:db8:1111::/480000","plain":"x"}`
	require.Equal(t, []string{"body /network format", "body /sizes/a minimum", "body /level format", "body /either maxLength", "body /either format", "body /plain type", "body /plain format"},
		drive.Do(t, http.MethodPut, root+"/networks/10.0.0.0%2F8", body, "Content-Type", "application/json").Violations(t))
	require.Equal(t, []string{"path network format", "query limit minimum"}, drive.Do(t, http.MethodGet, root+"/networks/no?limit=0", "").Violations(t))
}
