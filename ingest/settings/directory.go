package settings

import (
	"path"
	"strings"
)

// SpringModule is the name of the directory that names the service of a configuration
// file: the module above src/main/resources, or the directory of that module if it is only a
// part of a program, or else the directory itself, unless its name only says that it holds
// configuration. It returns "" if no directory does.
func SpringModule(file string) string {
	dir := path.Dir(file)
	if module, _, ok := strings.Cut(dir+"/", "/src/"); ok {
		return directoryName(module)
	}
	return NearestDirectory(dir)
}

func directoryName(dir string) string {
	name := path.Base(dir)
	if above := path.Base(path.Dir(dir)); partNames[name] && path.Dir(dir) != "." && above != "/" && above != ".." && !groupNames[above] {
		return above
	}
	if name == "." || name == "/" || name == ".." {
		return ""
	}
	return name
}

// partNames are modules of one program in the directory that is named after it, "cart/service";
// groupNames are directories of many programs.
var (
	partNames  = map[string]bool{"service": true, "server": true, "app": true, "application": true, "boot": true, "starter": true, "impl": true}
	groupNames = map[string]bool{"services": true, "apps": true, "src": true, "modules": true, "packages": true, "microservices": true, "backend": true}
)

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
