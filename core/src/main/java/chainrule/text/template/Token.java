package chainrule.text.template;

/**
 * A token of a template: for a string its text with escapes resolved, for a number its value, for an operator its
 * characters.
 */
record Token(Kind kind, Object value, int line) {
    enum Kind {
        DATA("template data / text"),
        BLOCK_BEGIN("begin of statement block"),
        BLOCK_END("end of statement block"),
        VARIABLE_BEGIN("begin of print statement"),
        VARIABLE_END("end of print statement"),
        NAME("name"),
        STRING("string"),
        INTEGER("integer"),
        FLOAT("float"),
        OPERATOR("operator"),
        END("end of template");

        final String description;

        Kind(String description) {
            this.description = description;
        }
    }

    String text() {
        return value.toString();
    }

    boolean is(Kind other) {
        return kind == other;
    }

    boolean isOperator(String operator) {
        return kind == Kind.OPERATOR && value.equals(operator);
    }

    boolean isName(String name) {
        return kind == Kind.NAME && value.equals(name);
    }

    /** How messages name this token. */
    String description() {
        return kind == Kind.NAME || kind == Kind.OPERATOR ? text() : kind.description;
    }
}
