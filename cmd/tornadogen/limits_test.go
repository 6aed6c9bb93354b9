package main

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestLimitsAreDocumented: SECURITY.md has each bound of what is read from the network.
func TestLimitsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../SECURITY.md")
	require.NoError(t, err)
	for setting, value := range map[string]any{
		"bytes of a document from the network": maxRemoteSize, "documents from the network": maxRemoteFiles,
		"time for documents from the network": remoteTime, "redirects of a document from the network": maxRedirects,
	} {
		assert.Contains(t, string(page), fmt.Sprintf("\n| %s | %v |", setting, value))
	}
}
