package templates

import "strings"

// The seconds of a service's end. main.go and what is in deploy are made of them, so that nothing is killed before it has ended:
// preStop, then -unready, then the drain.
const (
	preStopSeconds = 5  // until all of a cluster know that the pod gets no requests any more
	unreadySeconds = 5  // with readiness off, for load balancers that ask for it themselves
	drainSeconds   = 30 // for requests that were accepted: tornado.Timeouts.Drain
	spareSeconds   = 5  // for the process itself
)

// deployment lists the files that test a service on GitHub, and put it into an image, on Kubernetes and under systemd.
func (s Service) deployment() []source {
	return []source{
		{".github/workflows/ci.yml", "ci.yml.tmpl", s},
		{"Dockerfile", "Dockerfile.tmpl", s},
		{".dockerignore", "dockerignore.tmpl", s},
		{"deploy/kubernetes.yaml", "kubernetes.yaml.tmpl", s},
		{"deploy/" + s.Name + ".service", "systemd.service.tmpl", s},
		{"deploy/" + s.Name + ".socket", "systemd.socket.tmpl", s},
		{"deploy_test.go", "deploy_test.go.tmpl", s},
	}
}

// PreStop is how long a pod waits before it is told to end, in seconds.
func (s Service) PreStop() int { return preStopSeconds }

// Unready is how long a pod then serves on with readiness off, in seconds.
func (s Service) Unready() int { return unreadySeconds }

// Drain is how long requests that were accepted may take after that, in seconds.
func (s Service) Drain() int { return drainSeconds }

// Spare is how much longer than its end may take a process is left alone, in seconds.
func (s Service) Spare() int { return spareSeconds }

// Grace is when a pod is killed, in seconds from the begin of its end.
func (s Service) Grace() int { return preStopSeconds + unreadySeconds + s.StopTimeout() }

// StopTimeout is when a process without -unready is killed, in seconds from the signal.
func (s Service) StopTimeout() int { return drainSeconds + spareSeconds }

// Golang is the tag of the image of Go that builds the service: "1.26".
func (s Service) Golang() string {
	major, rest, _ := strings.Cut(s.GoVersion, ".")
	minor, _, _ := strings.Cut(rest, ".")
	return major + "." + minor
}

// maxLabel bounds a name in Kubernetes: pods add to that of their deployment, and all of it has 63 bytes.
const maxLabel = 45

// Label is the name of the service in Kubernetes, which allows less than the name of a command: letters, digits and dashes, a letter first
// (a label of RFC 1035).
func (s Service) Label() string {
	name := strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' {
			return r
		}
		return '-'
	}, s.Name)
	name = strings.TrimLeft(name, "-")
	if name == "" || name[0] <= '9' {
		name = "service-" + name
	}
	return strings.TrimRight(name[:min(len(name), maxLabel)], "-")
}
