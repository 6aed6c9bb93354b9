// Package deploy holds what a new service is deployed by against those who read it: BuildKit, and the types of Kubernetes.
package deploy

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
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

// livePath is where a new service whose document has /healthz says that it is alive.
const livePath = "/_healthz"

// files are those of a new service.
func files(t *testing.T, livePath string) map[string][]byte {
	t.Helper()
	list, err := templates.Service{
		Name: "pet.shop", Module: "shop", GoVersion: "1.26.0", Document: "openapi.yaml", Package: "petapi", Alias: "petapi", New: "New",
		Client: "Client", NewClient: "NewClient", DocsPath: "/docs", DocumentPath: "/openapi.yaml", LivePath: livePath, ReadyPath: "/readyz",
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
	parsed, err := parser.Parse(bytes.NewReader(files(t, livePath)["Dockerfile"]))
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

// manifest is deploy/kubernetes.yaml by the kinds of its documents.
func manifest(t *testing.T, livePath string) map[string][]byte {
	t.Helper()
	documents := map[string][]byte{}
	for text := range bytes.SplitSeq(files(t, livePath)["deploy/kubernetes.yaml"], []byte("\n---\n")) {
		var head struct{ APIVersion, Kind string }
		require.NoError(t, yaml.Unmarshal(text, &head))
		documents[head.APIVersion+" "+head.Kind] = text
	}
	require.Len(t, documents, 3)
	return documents
}

func TestKubernetes(t *testing.T) {
	documents := manifest(t, livePath)
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
	for name, probe := range map[string]*corev1.Probe{livePath: c.LivenessProbe, "/readyz": c.ReadinessProbe} {
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
	assert.Contains(t, string(files(t, livePath)["main.go"]), "const drain = 30 * time.Second\n")
}

// TestGuide: what the guide shows of the manifest is what a new service gets, and its table has the same times.
func TestGuide(t *testing.T) {
	page, err := os.ReadFile("../../docs/guide/deployment.md")
	require.NoError(t, err)
	const fence = "```"
	_, rest, found := strings.Cut(string(page), fence+"yaml\napiVersion: apps/v1\nkind: Deployment\n")
	require.True(t, found)
	text, _, found := strings.Cut(rest, fence)
	require.True(t, found)
	var shown appsv1.Deployment
	require.NoError(t, yaml.UnmarshalStrict([]byte(text), &shown))
	written := object[appsv1.Deployment](t, manifest(t, "/healthz"), "apps/v1 Deployment")

	assert.Equal(t, written.Spec.Replicas, shown.Spec.Replicas)
	assert.Equal(t, written.Spec.Strategy, shown.Spec.Strategy)
	pod, shownPod := written.Spec.Template.Spec, shown.Spec.Template.Spec
	assert.Equal(t, pod.TerminationGracePeriodSeconds, shownPod.TerminationGracePeriodSeconds)
	require.Len(t, shownPod.Containers, 1)
	c, shownC := pod.Containers[0], shownPod.Containers[0]
	assert.Equal(t, c.Args, shownC.Args)
	assert.Equal(t, c.Ports, shownC.Ports)
	assert.Equal(t, c.Env, shownC.Env)
	assert.Equal(t, c.Resources, shownC.Resources)
	assert.Equal(t, c.Lifecycle, shownC.Lifecycle)
	assert.Equal(t, whole(c.StartupProbe), whole(shownC.StartupProbe))
	assert.Equal(t, whole(c.LivenessProbe), whole(shownC.LivenessProbe))
	assert.Equal(t, whole(c.ReadinessProbe), whole(shownC.ReadinessProbe))

	assert.Contains(t, string(page), fmt.Sprintf("| `preStop` | %d s |", c.Lifecycle.PreStop.Sleep.Seconds))
	assert.Contains(t, c.Args, "-unready=5s")
	assert.Contains(t, string(page), "| `Timeouts.Unready` | 5 s, by `-unready` |")
	assert.Contains(t, string(page), "| `Timeouts.Drain` | 30 s |") // which TestKubernetes finds in main.go
}

// whole is a probe with the defaults of Kubernetes where it says nothing.
func whole(p *corev1.Probe) corev1.Probe {
	if p == nil {
		return corev1.Probe{}
	}
	of := *p
	of.PeriodSeconds = cmp.Or(of.PeriodSeconds, 10)
	of.TimeoutSeconds = cmp.Or(of.TimeoutSeconds, 1)
	of.FailureThreshold = cmp.Or(of.FailureThreshold, 3)
	return of
}
