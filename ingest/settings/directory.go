package settings

import (
	"path"
	"slices"
	"strings"
)

// SpringModule is the name of the directory that names the service of a configuration
// file: the module above src/main/resources, or the directory of that module if it is only a
// part of a program, or else the directory itself, unless its name only says that it holds
// configuration. It returns "" if no directory does.
func SpringModule(file string) string {
	dir := path.Dir(file)
	if module, _, ok := SourceSet(dir); ok {
		return directoryName(module)
	}
	return NearestDirectory(dir)
}

// SourceSet cuts a directory into the module of Maven or Gradle that it is in and the source set, as
// "main" in "cart/src/main/resources". A directory "src" may as well hold modules.
func SourceSet(dir string) (module, set string, ok bool) {
	parts := strings.Split(dir, "/")
	for i := len(parts) - 2; i > 0; i-- {
		if parts[i] == "src" && (parts[i+1] == "main" || i+2 < len(parts) && parts[i+2] == "resources") {
			return strings.Join(parts[:i], "/"), parts[i+1], true
		}
	}
	return "", "", false
}

func directoryName(dir string) string {
	named := dir
	for above := path.Dir(named); isTechnology(path.Base(named)) && hasName(above) && !groupNames[path.Base(above)]; above = path.Dir(named) {
		named = above
	}
	if !isTechnology(path.Base(named)) { // else the directories above are languages, too, or hold many programs
		dir = named
	}
	name := path.Base(dir)
	if above := path.Dir(dir); partNames[name] && hasName(above) && !groupNames[path.Base(above)] {
		return path.Base(above)
	}
	if !hasName(dir) {
		return ""
	}
	return name
}

// hasName reports whether a path ends in the name of a directory.
func hasName(dir string) bool { return dir != "." && dir != "/" && path.Base(dir) != ".." }

// isTechnology reports whether a directory is named after the language or the framework that a
// program is written in, "cart/java/quarkus".
func isTechnology(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc(technologies, func(t string) bool {
		return name == t || strings.HasSuffix(name, "-"+t) && slices.Contains(technologies, strings.TrimSuffix(name, "-"+t))
	})
}

var technologies = []string{
	"java", "jvm", "kotlin", "scala", "groovy", "spring", "springboot", "spring-boot", "boot", "quarkus", "micronaut", "helidon", "vertx", "camel",
	"thorntail", "openliberty", "wildfly", "dropwizard", "ktor", "maven", "gradle",
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
