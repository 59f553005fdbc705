package link

// listener returns the root that a program reaches at a port of its own machine.
func (l *linker) listener(program, port int) (root int, ok bool) {
	l.findListeners()
	root, ok = l.listeners[listening{program, port}]
	return root, ok
}

// machineName is what containers call the machine that runs them.
const machineName = "host.docker.internal"

// onMachine returns the root that the programs of a realm reach at a port of the machine that
// runs them.
func (l *linker) onMachine(realm string, port int) (root int, ok bool) {
	l.findListeners()
	root, ok = l.machines[machinePort{realm, port}]
	return root, ok
}

func (l *linker) findListeners() {
	if l.listeners != nil {
		return
	}
	l.listeners, l.machines = map[listening]int{}, map[machinePort]int{}
	for i := range l.f.Listeners {
		f := &l.f.Listeners[i]
		to, found := l.lookup(f.To.Ref)
		switch at, known := l.lookup(f.Of); {
		case !found:
		case f.Machine:
			l.machines[machinePort{f.Of.Realm, f.Port}] = to
		case known:
			l.listeners[listening{at, f.Port}] = to
		}
	}
}
