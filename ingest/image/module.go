package image

import (
	"path"
	"strings"
)

// outputs are the directories in a module to which Maven and Gradle write what is copied into images.
var outputs = []string{"/target/", "/build/libs/", "/build/resources/main/", "/build/install/", "/build/distributions/"}

// ModuleOf returns the directory of the module that wrote a file which a Dockerfile copies, "cart" of
// "cart/target/*.jar". It is "" if the file is no such one, or is in the directory that the image is built from.
func ModuleOf(file string) string {
	file = path.Clean(file) + "/"
	for _, out := range outputs {
		if module, _, ok := strings.Cut(file, out); ok && module != "." && !strings.HasPrefix(module, "..") && !strings.ContainsAny(module, "*?[$") {
			return strings.TrimPrefix(module, "/")
		}
	}
	return ""
}
