package chainrule.text.template;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The variables of one scope of a template and where each gets its first value. Jinja decides that before a template
 * runs, and it shows: a variable that a scope assigns before it reads it starts undefined there, whatever the caller
 * passed under that name. The parser tells of every name it meets, in the order Jinja visits them. Source:
 * jinja2/idtracking.py and {@code find_undeclared} in jinja2/compiler.py, version 3.1.
 */
final class Names {
    /** A variable's first value where no enclosing scope has the name: bound by the scope, the caller's, undefined. */
    enum Origin {
        PARAMETER,
        CONTEXT,
        UNDEFINED
    }

    private static final Set<String> SPECIAL = Set.of("loop", "caller", "kwargs", "varargs");

    private final Map<String, Origin> origins = new HashMap<>();
    private final Set<String> stored = new HashSet<>();
    private final Set<String> mentioned = new HashSet<>();
    private final Set<String> hidden = new HashSet<>();
    private int branches;

    static boolean isSpecial(String name) {
        return SPECIAL.contains(name);
    }

    void load(String name) {
        origins.putIfAbsent(name, Origin.CONTEXT);
    }

    void store(String name) {
        origins.putIfAbsent(name, branches > 0 ? Origin.CONTEXT : Origin.UNDEFINED);
        stored.add(name);
    }

    void parameter(String name) {
        origins.put(name, Origin.PARAMETER);
        stored.add(name);
    }

    /** Between these, what is assigned may also not be. */
    void enterBranch() {
        branches++;
    }

    void leaveBranch() {
        branches--;
    }

    /** A special name is read in this scope or in one within it. */
    void mention(String special) {
        if (!hidden.contains(special)) {
            mentioned.add(special);
        }
    }

    /** A special name is assigned: it is an ordinary one from here on. */
    void hide(String special) {
        hidden.add(special);
    }

    boolean mentions(String special) {
        return mentioned.contains(special);
    }

    Map<String, Origin> origins() {
        return origins;
    }

    /** Whether the scope assigns the name, and so has a variable of its own even where an enclosing scope has one. */
    boolean stores(String name) {
        return stored.contains(name);
    }
}
