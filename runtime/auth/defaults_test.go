package auth

import (
	"testing"

	"github.com/tornadogen/tornadogen/runtime/internal/documented"
)

func TestDefaultsAreDocumented(t *testing.T) {
	documented.Defaults(t, "../../SECURITY.md", map[string]any{
		"auth.KeyInterval": KeyInterval, "auth.KeyAge": KeyAge, "request for keys": keysTimeout, "answer with keys": maxKeys,
		"time for a login": loginTime, "logins of a browser": maxLogins, "cookie of a login": maxSealed, "leeway of tokens": newTokens(nil, nil).leeway,
	})
}
