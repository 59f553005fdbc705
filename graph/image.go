package graph

import "strings"

// ImageName is the name of a container image without registry, owner, tag and digest, in
// lower case: "ledger" for "registry.example.com/shop/ledger:1.4".
func ImageName(image string) string {
	image, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(image)), "@")
	image = image[strings.LastIndexByte(image, '/')+1:]
	image, _, _ = strings.Cut(image, ":")
	return image
}

// IsControlPlane reports whether an image is that of a program by which others find each other
// and their settings, and through which no request goes: a registry, a store of settings, the
// placement service of Dapr.
func IsControlPlane(image string) bool {
	switch ImageName(image) {
	case "consul", "nacos-server", "eureka", "eureka-server", "dapr", "placement":
		return true
	}
	return false
}
