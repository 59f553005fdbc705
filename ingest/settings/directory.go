package settings

import (
	"path"
	"strings"
)

// SpringModule is the name of the directory that names the service of a configuration
// file: the module above src/main/resources, or else the directory itself, unless its
// name only says that it holds configuration. It returns "" if no directory does.
func SpringModule(file string) string {
	dir := path.Dir(file)
	if module, _, ok := strings.Cut(dir+"/", "/src/"); ok {
		return directoryName(module)
	}
	return NearestDirectory(dir)
}

func directoryName(dir string) string {
	if name := path.Base(dir); name != "." && name != "/" && name != ".." {
		return name
	}
	return ""
}

// NearestDirectory is the name of the nearest directory, dir or one above it, that says
// more than that it holds configuration.
func NearestDirectory(dir string) string {
	for dir != "." && dir != "/" {
		switch name := path.Base(dir); {
		case strings.HasPrefix(name, "conf"), name == "resources", name == "src", name == "main", name == "etc", name == "..":
			dir = path.Dir(dir)
		default:
			return name
		}
	}
	return ""
}
