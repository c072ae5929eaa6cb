/** How a training went, epoch by epoch, as it is kept beside weights. */
import { z } from 'zod';

export const curveSchema = z.array(
  z.object({
    /** Mean over the epoch's examples. */
    loss: z.number(),
    /** On the validation part, of the weights that would have been kept after this epoch. */
    accuracy: z.number(),
    macroF1: z.number(),
  }),
);

export type Curve = z.infer<typeof curveSchema>;
