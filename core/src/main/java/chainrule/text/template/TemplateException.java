package chainrule.text.template;

import java.io.Serial;

/**
 * What is wrong with a chat template, or with a conversation in its eyes: a syntax error, an error while rendering, or
 * the template's own {@code raise_exception}, whose text is then exactly the message. The line counts from 1.
 */
public final class TemplateException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final int line;
    private final boolean raised;

    TemplateException(String message) {
        this(message, 0, false);
    }

    TemplateException(String message, int line, boolean raised) {
        super(message);
        this.line = line;
        this.raised = raised;
    }

    /** The line of the template at which it happened. */
    public int line() {
        return line;
    }

    /** Whether the template raised this itself: it then speaks about the conversation, not about the template. */
    public boolean raised() {
        return raised;
    }

    /** This exception at {@code line}, unless it has its line already. */
    TemplateException at(int where) {
        if (line > 0) {
            return this;
        }
        var located = new TemplateException(String.valueOf(getMessage()), where, raised);
        located.setStackTrace(getStackTrace());
        return located;
    }
}
