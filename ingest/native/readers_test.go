package native_test

import (
	"testing"

	"github.com/weirgraph/weir/ingest/native"
	"github.com/weirgraph/weir/ingest/readertest"
	_ "github.com/weirgraph/weir/internal/testlong"
)

func TestNative(t *testing.T) { readertest.Test(t, native.Reader) }

func FuzzNative(f *testing.F) {
	readertest.Fuzz(f, native.Reader,
		"services: [{name: a, calls: [a]}]",
		"services: &s [{name: a, calls: *s}]",
		"services: [{name: a, defaults: {fallback: [cache, {to: b}]}, calls: [{to: c, <<: {timeout: 1s}}]}]",
		"services: [{name: a, calls: &c [b, {anyOf: *c}, {split: [{weight: 1, failover: [c, d]}, {to: e, weight: 0}]}]}]",
		"services: [{name: a, calls: [{anyOf: {b: c}, need: majority}, {split: , match: x}, {failover: [[b]], name: [c]}]}]",
		"services: [{name: {a: b}, calls: {to: x}}]",
		"apiVersion: weir/v1\nservices:\n- name: 'a\"b'\n  calls: [{to: 'n/a\"b', methods: }]",
	)
}
