package manifest

import "testing"

func TestSpring(t *testing.T)    { testReader(t, Spring) }
func TestNginx(t *testing.T)     { testReader(t, Nginx) }
func TestTelemetry(t *testing.T) { testReader(t, Telemetry) }
func TestLibraries(t *testing.T) { testReader(t, Libraries) }

func FuzzSpring(f *testing.F) {
	fuzzReader(f, Spring, "spring: {application: {name: a}, x: '${y:${z}}'}")
}
func FuzzNginx(f *testing.F)     { fuzzReader(f, Nginx) }
func FuzzTelemetry(f *testing.F) { fuzzReader(f, Telemetry) }
func FuzzLibraries(f *testing.F) { fuzzReader(f, Libraries) }
