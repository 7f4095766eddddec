package chainrule;

import java.io.Serial;

/**
 * Input that cannot be used: a file, a setting, a request. The message is one sentence for the user that names the
 * input, says what is wrong with it and what to do.
 */
public final class BadInput extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    public BadInput(String message) {
        super(message);
    }

    public BadInput(String message, Throwable cause) {
        super(message, cause);
    }
}
