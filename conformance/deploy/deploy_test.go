// Package deploy holds what a new service is deployed by against those who read it: BuildKit, and the types of Kubernetes.
package deploy

import (
	"bytes"
	"strings"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"sigs.k8s.io/yaml"

	"github.com/tornadogen/tornadogen/templates"
)

// files are those of a new service.
func files(t *testing.T) map[string][]byte {
	t.Helper()
	list, err := templates.Service{
		Name: "pet.shop", Module: "shop", GoVersion: "1.26.0", Document: "openapi.yaml", Package: "petapi", Alias: "petapi", New: "New",
		Client: "Client", NewClient: "NewClient", DocsPath: "/docs", DocumentPath: "/openapi.yaml", LivePath: "/_healthz", ReadyPath: "/readyz",
		Runtime: templates.Module{Path: "github.com/tornadogen/tornadogen", Version: "v1.2.3", Replace: "/src/tornadogen"},
	}.Render()
	require.NoError(t, err)
	all := map[string][]byte{}
	for _, f := range list {
		all[f.Name] = f.Data
	}
	return all
}

// TestDockerfile: BuildKit understands it and warns of nothing; what it builds runs without a shell and not as root.
func TestDockerfile(t *testing.T) {
	parsed, err := parser.Parse(bytes.NewReader(files(t)["Dockerfile"]))
	require.NoError(t, err)
	require.Empty(t, parsed.Warnings)
	stages, _, err := instructions.Parse(parsed.AST, nil)
	require.NoError(t, err)
	require.Len(t, stages, 2)
	assert.Equal(t, "golang:1.26", stages[0].BaseName)
	assert.Equal(t, "gcr.io/distroless/static:nonroot", stages[1].BaseName)
	var build string
	for _, command := range stages[0].Commands {
		if run, ok := command.(*instructions.RunCommand); ok {
			build = strings.Join(run.CmdLine, " ")
		}
	}
	assert.Contains(t, build, "CGO_ENABLED=0")
	var user, binary string
	var entry *instructions.EntrypointCommand
	for _, command := range stages[1].Commands {
		switch command := command.(type) {
		case *instructions.UserCommand:
			user = command.User
		case *instructions.CopyCommand:
			assert.Equal(t, stages[0].Name, command.From)
			assert.Contains(t, build, "-o "+command.SourcePaths[0]+" ")
			binary = command.DestPath
		case *instructions.EntrypointCommand:
			entry = command
		}
	}
	assert.Regexp(t, `^[1-9][0-9]*:[1-9][0-9]*$`, user, "by number: runAsNonRoot refuses a name")
	require.NotNil(t, entry)
	assert.False(t, entry.PrependShell, "there is no shell")
	assert.Equal(t, []string{binary}, entry.CmdLine)
}

// object decodes the one of a kind; a field that Kubernetes does not know, or has elsewhere, is an error.
func object[T any](t *testing.T, documents map[string][]byte, kind string) *T {
	t.Helper()
	require.Contains(t, documents, kind)
	into := new(T)
	require.NoError(t, yaml.UnmarshalStrict(documents[kind], into), kind)
	return into
}

func TestKubernetes(t *testing.T) {
	documents := map[string][]byte{}
	for text := range bytes.SplitSeq(files(t)["deploy/kubernetes.yaml"], []byte("\n---\n")) {
		var head struct{ APIVersion, Kind string }
		require.NoError(t, yaml.Unmarshal(text, &head))
		documents[head.APIVersion+" "+head.Kind] = text
	}
	require.Len(t, documents, 3)
	deployment := object[appsv1.Deployment](t, documents, "apps/v1 Deployment")
	service := object[corev1.Service](t, documents, "v1 Service")
	budget := object[policyv1.PodDisruptionBudget](t, documents, "policy/v1 PodDisruptionBudget")

	pod := deployment.Spec.Template.Spec
	labels := deployment.Spec.Template.Labels
	require.NotEmpty(t, labels)
	assert.Equal(t, labels, deployment.Spec.Selector.MatchLabels)
	assert.Equal(t, labels, service.Spec.Selector)
	assert.Equal(t, labels, budget.Spec.Selector.MatchLabels)
	assert.Less(t, budget.Spec.MinAvailable.IntValue(), int(*deployment.Spec.Replicas), "else no node could be emptied")

	require.Len(t, pod.Containers, 1)
	c := pod.Containers[0]
	require.Len(t, c.Ports, 1)
	assert.Equal(t, int32(8080), c.Ports[0].ContainerPort)
	assert.Equal(t, c.Ports[0].Name, service.Spec.Ports[0].TargetPort.StrVal)
	for name, probe := range map[string]*corev1.Probe{"/_healthz": c.LivenessProbe, "/readyz": c.ReadinessProbe} {
		require.NotNil(t, probe)
		assert.Equal(t, name, probe.HTTPGet.Path)
		assert.Equal(t, c.Ports[0].Name, probe.HTTPGet.Port.StrVal)
	}
	assert.True(t, *pod.SecurityContext.RunAsNonRoot)
	assert.True(t, *c.SecurityContext.ReadOnlyRootFilesystem)
	assert.False(t, *c.SecurityContext.AllowPrivilegeEscalation)
	assert.NotZero(t, c.Resources.Requests.Memory().Value())
	assert.NotZero(t, c.Resources.Limits.Memory().Value())

	// preStop 5, -unready 5 (twice as long as a probe may need to see it), drain 30, all below the grace period.
	assert.Contains(t, c.Args, "-unready=5s")
	assert.Less(t, c.ReadinessProbe.PeriodSeconds*c.ReadinessProbe.FailureThreshold, int32(5))
	assert.Greater(t, *pod.TerminationGracePeriodSeconds, c.Lifecycle.PreStop.Sleep.Seconds+5+30)
	assert.Contains(t, string(files(t)["main.go"]), "const drain = 30 * time.Second\n")
}
