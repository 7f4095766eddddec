package chainrule.text.template;

import java.util.ArrayList;
import java.util.List;

/**
 * The scopes around the place that a parser has reached: they learn which names are used there. Also holds what is to
 * be complained about when a scope ends: an unknown filter or test is an error of the template, unless it stands in an
 * {@code if}, where it is one only when it is run.
 */
final class Scopes {
    enum Kind {
        PLAIN,
        /** A loop's body: {@code break} leaves it. */
        LOOP,
        /** The body of a macro or the like: {@code break} cannot leave it. */
        FUNCTION
    }

    private record Level(Names names, Kind kind, List<TemplateException> unknown) {}

    private final List<Level> levels = new ArrayList<>();
    private boolean quiet;

    Names open(Kind kind) {
        return open(new Names(), kind);
    }

    Names open(Names names, Kind kind) {
        levels.add(new Level(names, kind, new ArrayList<>()));
        return names;
    }

    void close() {
        for (TemplateException unknown : levels.removeLast().unknown) {
            throw unknown;
        }
    }

    Names names() {
        return levels.getLast().names;
    }

    boolean canBreak() {
        int i = levels.size() - 1;
        while (i > 0 && levels.get(i).kind == Kind.PLAIN) {
            i--;
        }
        return levels.get(i).kind == Kind.LOOP;
    }

    boolean inLoop() {
        return levels.stream().anyMatch(level -> level.kind == Kind.LOOP);
    }

    /** While quiet, names that are read do not count: they are going to be assigned. */
    void quiet(boolean on) {
        quiet = on;
    }

    void load(String name) {
        if (quiet) {
            return;
        }
        names().load(name);
        if (Names.isSpecial(name)) {
            mention(name);
        }
    }

    /** A special name is needed here and in the scopes around. */
    private void mention(String special) {
        levels.forEach(level -> level.names.mention(special));
    }

    void store(String name) {
        names().store(name);
        hide(name, levels.size() - 1);
    }

    /** A parameter of the current scope; to the scopes around it is an assignment. */
    void parameter(String name) {
        names().parameter(name);
        hide(name, levels.size() - 2);
    }

    private void hide(String name, int innermost) {
        if (Names.isSpecial(name)) {
            levels.subList(0, innermost + 1).forEach(level -> level.names.hide(name));
        }
    }

    /** How many unknown filters and tests the current scope has met so far. */
    int unknown() {
        return levels.getLast().unknown.size();
    }

    void unknown(TemplateException error) {
        levels.getLast().unknown.add(error);
    }

    /** Forgives the unknown filters and tests that came after the first {@code count}. */
    void forgive(int count) {
        List<TemplateException> unknown = levels.getLast().unknown;
        unknown.subList(count, unknown.size()).clear();
    }
}
